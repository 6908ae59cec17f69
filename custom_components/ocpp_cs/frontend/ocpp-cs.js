var d2=Object.defineProperty;var p2=Object.getOwnPropertyDescriptor;var v=(L,C,H,V)=>{for(var M=V>1?void 0:V?p2(C,H):C,r=L.length-1,e;r>=0;r--)(e=L[r])&&(M=(V?e(C,H,M):e(M))||M);return V&&M&&d2(C,H,M),M};var J=globalThis,C1=J.ShadowRoot&&(J.ShadyCSS===void 0||J.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,o1=Symbol(),g1=new WeakMap,I=class{constructor(C,H,V){if(this._$cssResult$=!0,V!==o1)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=C,this.t=H}get styleSheet(){let C=this.o,H=this.t;if(C1&&C===void 0){let V=H!==void 0&&H.length===1;V&&(C=g1.get(H)),C===void 0&&((this.o=C=new CSSStyleSheet).replaceSync(this.cssText),V&&g1.set(H,C))}return C}toString(){return this.cssText}},f1=L=>new I(typeof L=="string"?L:L+"",void 0,o1),h=(L,...C)=>{let H=L.length===1?L[0]:C.reduce((V,M,r)=>V+(e=>{if(e._$cssResult$===!0)return e.cssText;if(typeof e=="number")return e;throw Error("Value passed to 'css' function must be a 'css' function result: "+e+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(M)+L[r+1],L[0]);return new I(H,L,o1)},k1=(L,C)=>{if(C1)L.adoptedStyleSheets=C.map(H=>H instanceof CSSStyleSheet?H:H.styleSheet);else for(let H of C){let V=document.createElement("style"),M=J.litNonce;M!==void 0&&V.setAttribute("nonce",M),V.textContent=H.cssText,L.appendChild(V)}},a1=C1?L=>L:L=>L instanceof CSSStyleSheet?(C=>{let H="";for(let V of C.cssRules)H+=V.cssText;return f1(H)})(L):L;var{is:m2,defineProperty:n2,getOwnPropertyDescriptor:x2,getOwnPropertyNames:v2,getOwnPropertySymbols:l2,getPrototypeOf:Z2}=Object,H1=globalThis,b1=H1.trustedTypes,S2=b1?b1.emptyScript:"",u2=H1.reactiveElementPolyfillSupport,U=(L,C)=>L,G={toAttribute(L,C){switch(C){case Boolean:L=L?S2:null;break;case Object:case Array:L=L==null?L:JSON.stringify(L)}return L},fromAttribute(L,C){let H=L;switch(C){case Boolean:H=L!==null;break;case Number:H=L===null?null:Number(L);break;case Object:case Array:try{H=JSON.parse(L)}catch{H=null}}return H}},V1=(L,C)=>!m2(L,C),y1={attribute:!0,type:String,converter:G,reflect:!1,useDefault:!1,hasChanged:V1};Symbol.metadata??=Symbol("metadata"),H1.litPropertyMetadata??=new WeakMap;var O=class extends HTMLElement{static addInitializer(C){this._$Ei(),(this.l??=[]).push(C)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(C,H=y1){if(H.state&&(H.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(C)&&((H=Object.create(H)).wrapped=!0),this.elementProperties.set(C,H),!H.noAccessor){let V=Symbol(),M=this.getPropertyDescriptor(C,V,H);M!==void 0&&n2(this.prototype,C,M)}}static getPropertyDescriptor(C,H,V){let{get:M,set:r}=x2(this.prototype,C)??{get(){return this[H]},set(e){this[H]=e}};return{get:M,set(e){let t=M?.call(this);r?.call(this,e),this.requestUpdate(C,t,V)},configurable:!0,enumerable:!0}}static getPropertyOptions(C){return this.elementProperties.get(C)??y1}static _$Ei(){if(this.hasOwnProperty(U("elementProperties")))return;let C=Z2(this);C.finalize(),C.l!==void 0&&(this.l=[...C.l]),this.elementProperties=new Map(C.elementProperties)}static finalize(){if(this.hasOwnProperty(U("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(U("properties"))){let H=this.properties,V=[...v2(H),...l2(H)];for(let M of V)this.createProperty(M,H[M])}let C=this[Symbol.metadata];if(C!==null){let H=litPropertyMetadata.get(C);if(H!==void 0)for(let[V,M]of H)this.elementProperties.set(V,M)}this._$Eh=new Map;for(let[H,V]of this.elementProperties){let M=this._$Eu(H,V);M!==void 0&&this._$Eh.set(M,H)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(C){let H=[];if(Array.isArray(C)){let V=new Set(C.flat(1/0).reverse());for(let M of V)H.unshift(a1(M))}else C!==void 0&&H.push(a1(C));return H}static _$Eu(C,H){let V=H.attribute;return V===!1?void 0:typeof V=="string"?V:typeof C=="string"?C.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(C=>this.enableUpdating=C),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(C=>C(this))}addController(C){(this._$EO??=new Set).add(C),this.renderRoot!==void 0&&this.isConnected&&C.hostConnected?.()}removeController(C){this._$EO?.delete(C)}_$E_(){let C=new Map,H=this.constructor.elementProperties;for(let V of H.keys())this.hasOwnProperty(V)&&(C.set(V,this[V]),delete this[V]);C.size>0&&(this._$Ep=C)}createRenderRoot(){let C=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return k1(C,this.constructor.elementStyles),C}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(C=>C.hostConnected?.())}enableUpdating(C){}disconnectedCallback(){this._$EO?.forEach(C=>C.hostDisconnected?.())}attributeChangedCallback(C,H,V){this._$AK(C,V)}_$ET(C,H){let V=this.constructor.elementProperties.get(C),M=this.constructor._$Eu(C,V);if(M!==void 0&&V.reflect===!0){let r=(V.converter?.toAttribute!==void 0?V.converter:G).toAttribute(H,V.type);this._$Em=C,r==null?this.removeAttribute(M):this.setAttribute(M,r),this._$Em=null}}_$AK(C,H){let V=this.constructor,M=V._$Eh.get(C);if(M!==void 0&&this._$Em!==M){let r=V.getPropertyOptions(M),e=typeof r.converter=="function"?{fromAttribute:r.converter}:r.converter?.fromAttribute!==void 0?r.converter:G;this._$Em=M;let t=e.fromAttribute(H,r.type);this[M]=t??this._$Ej?.get(M)??t,this._$Em=null}}requestUpdate(C,H,V,M=!1,r){if(C!==void 0){let e=this.constructor;if(M===!1&&(r=this[C]),V??=e.getPropertyOptions(C),!((V.hasChanged??V1)(r,H)||V.useDefault&&V.reflect&&r===this._$Ej?.get(C)&&!this.hasAttribute(e._$Eu(C,V))))return;this.C(C,H,V)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(C,H,{useDefault:V,reflect:M,wrapped:r},e){V&&!(this._$Ej??=new Map).has(C)&&(this._$Ej.set(C,e??H??this[C]),r!==!0||e!==void 0)||(this._$AL.has(C)||(this.hasUpdated||V||(H=void 0),this._$AL.set(C,H)),M===!0&&this._$Em!==C&&(this._$Eq??=new Set).add(C))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(H){Promise.reject(H)}let C=this.scheduleUpdate();return C!=null&&await C,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[M,r]of this._$Ep)this[M]=r;this._$Ep=void 0}let V=this.constructor.elementProperties;if(V.size>0)for(let[M,r]of V){let{wrapped:e}=r,t=this[M];e!==!0||this._$AL.has(M)||t===void 0||this.C(M,void 0,r,t)}}let C=!1,H=this._$AL;try{C=this.shouldUpdate(H),C?(this.willUpdate(H),this._$EO?.forEach(V=>V.hostUpdate?.()),this.update(H)):this._$EM()}catch(V){throw C=!1,this._$EM(),V}C&&this._$AE(H)}willUpdate(C){}_$AE(C){this._$EO?.forEach(H=>H.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(C)),this.updated(C)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(C){return!0}update(C){this._$Eq&&=this._$Eq.forEach(H=>this._$ET(H,this[H])),this._$EM()}updated(C){}firstUpdated(C){}};O.elementStyles=[],O.shadowRootOptions={mode:"open"},O[U("elementProperties")]=new Map,O[U("finalized")]=new Map,u2?.({ReactiveElement:O}),(H1.reactiveElementVersions??=[]).push("2.1.2");var l1=globalThis,B1=L=>L,L1=l1.trustedTypes,w1=L1?L1.createPolicy("lit-html",{createHTML:L=>L}):void 0,E1="$lit$",k=`lit$${Math.random().toFixed(9).slice(2)}$`,W1="?"+k,s2=`<${W1}>`,B=document,z=()=>B.createComment(""),K=L=>L===null||typeof L!="object"&&typeof L!="function",Z1=Array.isArray,c2=L=>Z1(L)||typeof L?.[Symbol.iterator]=="function",d1=`[ 	
\f\r]`,Q=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,P1=/-->/g,T1=/>/g,b=RegExp(`>|${d1}(?:([^\\s"'>=/]+)(${d1}*=${d1}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),F1=/'/g,R1=/"/g,N1=/^(?:script|style|textarea|title)$/i,S1=L=>(C,...H)=>({_$litType$:L,strings:C,values:H}),n=S1(1),c=S1(2),J2=S1(3),w=Symbol.for("lit-noChange"),d=Symbol.for("lit-nothing"),D1=new WeakMap,y=B.createTreeWalker(B,129);function _1(L,C){if(!Z1(L)||!L.hasOwnProperty("raw"))throw Error("invalid template strings array");return w1!==void 0?w1.createHTML(C):C}var h2=(L,C)=>{let H=L.length-1,V=[],M,r=C===2?"<svg>":C===3?"<math>":"",e=Q;for(let t=0;t<H;t++){let i=L[t],A,o,a=-1,m=0;for(;m<i.length&&(e.lastIndex=m,o=e.exec(i),o!==null);)m=e.lastIndex,e===Q?o[1]==="!--"?e=P1:o[1]!==void 0?e=T1:o[2]!==void 0?(N1.test(o[2])&&(M=RegExp("</"+o[2],"g")),e=b):o[3]!==void 0&&(e=b):e===b?o[0]===">"?(e=M??Q,a=-1):o[1]===void 0?a=-2:(a=e.lastIndex-o[2].length,A=o[1],e=o[3]===void 0?b:o[3]==='"'?R1:F1):e===R1||e===F1?e=b:e===P1||e===T1?e=Q:(e=b,M=void 0);let l=e===b&&L[t+1].startsWith("/>")?" ":"";r+=e===Q?i+s2:a>=0?(V.push(A),i.slice(0,a)+E1+i.slice(a)+k+l):i+k+(a===-2?t:l)}return[_1(L,r+(L[H]||"<?>")+(C===2?"</svg>":C===3?"</math>":"")),V]},q=class L{constructor({strings:C,_$litType$:H},V){let M;this.parts=[];let r=0,e=0,t=C.length-1,i=this.parts,[A,o]=h2(C,H);if(this.el=L.createElement(A,V),y.currentNode=this.el.content,H===2||H===3){let a=this.el.content.firstChild;a.replaceWith(...a.childNodes)}for(;(M=y.nextNode())!==null&&i.length<t;){if(M.nodeType===1){if(M.hasAttributes())for(let a of M.getAttributeNames())if(a.endsWith(E1)){let m=o[e++],l=M.getAttribute(a).split(k),f=/([.?@])?(.*)/.exec(m);i.push({type:1,index:r,name:f[2],strings:l,ctor:f[1]==="."?m1:f[1]==="?"?n1:f[1]==="@"?x1:E}),M.removeAttribute(a)}else a.startsWith(k)&&(i.push({type:6,index:r}),M.removeAttribute(a));if(N1.test(M.tagName)){let a=M.textContent.split(k),m=a.length-1;if(m>0){M.textContent=L1?L1.emptyScript:"";for(let l=0;l<m;l++)M.append(a[l],z()),y.nextNode(),i.push({type:2,index:++r});M.append(a[m],z())}}}else if(M.nodeType===8)if(M.data===W1)i.push({type:2,index:r});else{let a=-1;for(;(a=M.data.indexOf(k,a+1))!==-1;)i.push({type:7,index:r}),a+=k.length-1}r++}}static createElement(C,H){let V=B.createElement("template");return V.innerHTML=C,V}};function D(L,C,H=L,V){if(C===w)return C;let M=V!==void 0?H._$Co?.[V]:H._$Cl,r=K(C)?void 0:C._$litDirective$;return M?.constructor!==r&&(M?._$AO?.(!1),r===void 0?M=void 0:(M=new r(L),M._$AT(L,H,V)),V!==void 0?(H._$Co??=[])[V]=M:H._$Cl=M),M!==void 0&&(C=D(L,M._$AS(L,C.values),M,V)),C}var p1=class{constructor(C,H){this._$AV=[],this._$AN=void 0,this._$AD=C,this._$AM=H}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(C){let{el:{content:H},parts:V}=this._$AD,M=(C?.creationScope??B).importNode(H,!0);y.currentNode=M;let r=y.nextNode(),e=0,t=0,i=V[0];for(;i!==void 0;){if(e===i.index){let A;i.type===2?A=new j(r,r.nextSibling,this,C):i.type===1?A=new i.ctor(r,i.name,i.strings,this,C):i.type===6&&(A=new v1(r,this,C)),this._$AV.push(A),i=V[++t]}e!==i?.index&&(r=y.nextNode(),e++)}return y.currentNode=B,M}p(C){let H=0;for(let V of this._$AV)V!==void 0&&(V.strings!==void 0?(V._$AI(C,V,H),H+=V.strings.length-2):V._$AI(C[H])),H++}},j=class L{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(C,H,V,M){this.type=2,this._$AH=d,this._$AN=void 0,this._$AA=C,this._$AB=H,this._$AM=V,this.options=M,this._$Cv=M?.isConnected??!0}get parentNode(){let C=this._$AA.parentNode,H=this._$AM;return H!==void 0&&C?.nodeType===11&&(C=H.parentNode),C}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(C,H=this){C=D(this,C,H),K(C)?C===d||C==null||C===""?(this._$AH!==d&&this._$AR(),this._$AH=d):C!==this._$AH&&C!==w&&this._(C):C._$litType$!==void 0?this.$(C):C.nodeType!==void 0?this.T(C):c2(C)?this.k(C):this._(C)}O(C){return this._$AA.parentNode.insertBefore(C,this._$AB)}T(C){this._$AH!==C&&(this._$AR(),this._$AH=this.O(C))}_(C){this._$AH!==d&&K(this._$AH)?this._$AA.nextSibling.data=C:this.T(B.createTextNode(C)),this._$AH=C}$(C){let{values:H,_$litType$:V}=C,M=typeof V=="number"?this._$AC(C):(V.el===void 0&&(V.el=q.createElement(_1(V.h,V.h[0]),this.options)),V);if(this._$AH?._$AD===M)this._$AH.p(H);else{let r=new p1(M,this),e=r.u(this.options);r.p(H),this.T(e),this._$AH=r}}_$AC(C){let H=D1.get(C.strings);return H===void 0&&D1.set(C.strings,H=new q(C)),H}k(C){Z1(this._$AH)||(this._$AH=[],this._$AR());let H=this._$AH,V,M=0;for(let r of C)M===H.length?H.push(V=new L(this.O(z()),this.O(z()),this,this.options)):V=H[M],V._$AI(r),M++;M<H.length&&(this._$AR(V&&V._$AB.nextSibling,M),H.length=M)}_$AR(C=this._$AA.nextSibling,H){for(this._$AP?.(!1,!0,H);C!==this._$AB;){let V=B1(C).nextSibling;B1(C).remove(),C=V}}setConnected(C){this._$AM===void 0&&(this._$Cv=C,this._$AP?.(C))}},E=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(C,H,V,M,r){this.type=1,this._$AH=d,this._$AN=void 0,this.element=C,this.name=H,this._$AM=M,this.options=r,V.length>2||V[0]!==""||V[1]!==""?(this._$AH=Array(V.length-1).fill(new String),this.strings=V):this._$AH=d}_$AI(C,H=this,V,M){let r=this.strings,e=!1;if(r===void 0)C=D(this,C,H,0),e=!K(C)||C!==this._$AH&&C!==w,e&&(this._$AH=C);else{let t=C,i,A;for(C=r[0],i=0;i<r.length-1;i++)A=D(this,t[V+i],H,i),A===w&&(A=this._$AH[i]),e||=!K(A)||A!==this._$AH[i],A===d?C=d:C!==d&&(C+=(A??"")+r[i+1]),this._$AH[i]=A}e&&!M&&this.j(C)}j(C){C===d?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,C??"")}},m1=class extends E{constructor(){super(...arguments),this.type=3}j(C){this.element[this.name]=C===d?void 0:C}},n1=class extends E{constructor(){super(...arguments),this.type=4}j(C){this.element.toggleAttribute(this.name,!!C&&C!==d)}},x1=class extends E{constructor(C,H,V,M,r){super(C,H,V,M,r),this.type=5}_$AI(C,H=this){if((C=D(this,C,H,0)??d)===w)return;let V=this._$AH,M=C===d&&V!==d||C.capture!==V.capture||C.once!==V.once||C.passive!==V.passive,r=C!==d&&(V===d||M);M&&this.element.removeEventListener(this.name,this,V),r&&this.element.addEventListener(this.name,this,C),this._$AH=C}handleEvent(C){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,C):this._$AH.handleEvent(C)}},v1=class{constructor(C,H,V){this.element=C,this.type=6,this._$AN=void 0,this._$AM=H,this.options=V}get _$AU(){return this._$AM._$AU}_$AI(C){D(this,C)}};var O2=l1.litHtmlPolyfillSupport;O2?.(q,j),(l1.litHtmlVersions??=[]).push("3.3.3");var $1=(L,C,H)=>{let V=H?.renderBefore??C,M=V._$litPart$;if(M===void 0){let r=H?.renderBefore??null;V._$litPart$=M=new j(C.insertBefore(z(),r),r,void 0,H??{})}return M._$AI(L),M};var u1=globalThis,Z=class extends O{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let C=super.createRenderRoot();return this.renderOptions.renderBefore??=C.firstChild,C}update(C){let H=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(C),this._$Do=$1(H,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return w}};Z._$litElement$=!0,Z.finalized=!0,u1.litElementHydrateSupport?.({LitElement:Z});var g2=u1.litElementPolyfillSupport;g2?.({LitElement:Z});(u1.litElementVersions??=[]).push("4.2.2");var W=L=>(C,H)=>{H!==void 0?H.addInitializer(()=>{customElements.define(L,C)}):customElements.define(L,C)};var f2={attribute:!0,type:String,converter:G,reflect:!1,hasChanged:V1},k2=(L=f2,C,H)=>{let{kind:V,metadata:M}=H,r=globalThis.litPropertyMetadata.get(M);if(r===void 0&&globalThis.litPropertyMetadata.set(M,r=new Map),V==="setter"&&((L=Object.create(L)).wrapped=!0),r.set(H.name,L),V==="accessor"){let{name:e}=H;return{set(t){let i=C.get.call(this);C.set.call(this,t),this.requestUpdate(e,i,L,!0,t)},init(t){return t!==void 0&&this.C(e,void 0,L,t),t}}}if(V==="setter"){let{name:e}=H;return function(t){let i=this[e];C.call(this,t),this.requestUpdate(e,i,L,!0,t)}}throw Error("Unsupported decorator location: "+V)};function u(L){return(C,H)=>typeof H=="object"?k2(L,C,H):((V,M,r)=>{let e=M.hasOwnProperty(r);return M.constructor.createProperty(r,V),e?Object.getOwnPropertyDescriptor(M,r):void 0})(L,C,H)}function I1(L){return u({...L,state:!0,attribute:!1})}var N=(L,C,H)=>(H.configurable=!0,H.enumerable=!0,Reflect.decorate&&typeof C!="object"&&Object.defineProperty(L,C,H),H);var b2;function U1(L){return(C,H)=>N(C,H,{get(){return(this.renderRoot??(b2??=document.createDocumentFragment())).querySelectorAll(L)}})}var M1=class extends Z{render(){return n`<ha-card></ha-card>`}};M1=v([W("ocpp-cs-card")],M1);var G1={dashboard_name:"Laden"};var Q1={card_name:"Ladeplatz"};var z1={sun:"Sonne",grid:"Netz",grid_import:"Aus dem Netz",grid_export:"Ins Netz",battery:"Hausspeicher",battery_charging:"Hausspeicher lädt",battery_discharging:"Hausspeicher entlädt",house:"Haus",charging:"Laden",unknown_source:"Quelle unbekannt",unknown:"Unbekannt",price:"Preis",cost:"Kosten",energy:"Energie",power:"Leistung",solar_share:"Sonnenanteil",now:"Jetzt",flow:"Energiefluss",flow_line:"{name}: {power}",battery_held:"Hausspeicher bleibt dem Haus",guest:"Gast",no_vehicle:"Kein Fahrzeug",every_day:"Täglich",once:"Einmal",today:"Heute",tomorrow:"Morgen","state.offline":"Die Wallbox ist nicht verbunden","state.unknown":"Noch nichts gemeldet","state.not_plugged_in":"Nicht eingesteckt","state.reserved":"Reserviert","state.waiting_to_be_started":"Wartet auf den Start","state.waiting_for_sun":"Wartet auf Sonne","state.waiting_for_battery":"Hausspeicher zuerst","state.waiting_for_others":"Andere Wallbox zuerst","state.waiting_for_fuse":"Wartet: Hauptsicherung ausgelastet","state.starting":"Startet","state.charging":"Lädt","state.paused":"Pausiert","state.paused_by_charger":"Von der Wallbox pausiert","state.paused_by_vehicle":"Vom Fahrzeug pausiert","state.full":"Voll","state.ended":"Beendet, noch eingesteckt","state.out_of_service":"Außer Betrieb","state.fault":"Störung","charging.fast":"Lädt schnell","charging.boost":"Lädt dieses Mal schnell","charging.plan":"Lädt nach Plan","charging.following_sun":"Lädt mit Sonne","charging.minimum_current":"Lädt mit dem Minimum","charging.stop_delay":"Zu wenig Sonne","charging.phase_delay":"Lädt","charging.battery_support":"Lädt, der Hausspeicher hilft","charging.fuse_limit":"Lädt, von der Hauptsicherung begrenzt","charging.circuit_limit":"Lädt, vom Stromkreis begrenzt","charging.ceiling":"Lädt, von außen begrenzt","charging.peak_limit":"Lädt, von der Spitzenleistung begrenzt","charging.house_battery":"Lädt, schont den Hausspeicher","charging.probing_car":"Lädt kurz, um das Fahrzeug zu testen","charging.meter_stale":"Lädt, der Netzzähler schweigt","waiting.pause_time":"Kurze Pause","waiting.meter_stale":"Der Netzzähler schweigt","waiting.waiting_for_car":"Wartet auf das Fahrzeug","waiting.waking_car":"Weckt das Fahrzeug","waiting.circuit_limit":"Wartet: Stromkreis ausgelastet","waiting.ceiling":"Wartet: von außen begrenzt","waiting.peak_limit":"Wartet: Spitzenleistung erreicht","waiting.house_battery":"Wartet: schont den Hausspeicher","until.starts":"startet in {time}","until.starts_at":"startet um {time}","until.pauses":"pausiert in {time}","until.pauses_at":"pausiert um {time}","until.switches":"wechselt die Phasen in {time}","until.switches_at":"wechselt die Phasen um {time}",sentence:"{state}, {until}","mode.manual":"Manuell","mode.off":"Aus","mode.solar":"Sonne","mode.min_solar":"Min + Sonne","mode.fast":"Schnell",charge_mode:"Lademodus",loading:"Wird geladen",no_server:"Die Integration läuft nicht. Richten Sie sie unter Einstellungen > Geräte & Dienste ein.",not_allowed:"Das dürfen Sie nicht sehen.",no_answer:"Home Assistant antwortet nicht: {error}",try_again:"Noch einmal versuchen",close:"Schließen",cancel:"Abbrechen",save:"Speichern"};var K1={dashboard_name:"Charging"};var q1={card_name:"Charging place"};var j1={sun:"Sun",grid:"Grid",grid_import:"From the grid",grid_export:"To the grid",battery:"Home battery",battery_charging:"Home battery charges",battery_discharging:"Home battery discharges",house:"House",charging:"Charging",unknown_source:"Unknown source",unknown:"Unknown",price:"Price",cost:"Cost",energy:"Energy",power:"Power",solar_share:"Share of sun",now:"Now",flow:"Power flow",flow_line:"{name}: {power}",battery_held:"Home battery is kept for the house",guest:"Guest",no_vehicle:"No vehicle",every_day:"Daily",once:"Once",today:"Today",tomorrow:"Tomorrow","state.offline":"The charger is away","state.unknown":"Not reported yet","state.not_plugged_in":"Not plugged in","state.reserved":"Reserved","state.waiting_to_be_started":"Waiting to be started","state.waiting_for_sun":"Waiting for sun","state.waiting_for_battery":"Home battery first","state.waiting_for_others":"Other charger first","state.waiting_for_fuse":"Waiting: main fuse in use","state.starting":"Starting","state.charging":"Charging","state.paused":"Paused","state.paused_by_charger":"Paused by the charger","state.paused_by_vehicle":"Paused by the vehicle","state.full":"Full","state.ended":"Ended, still plugged in","state.out_of_service":"Out of service","state.fault":"Fault","charging.fast":"Charging fast","charging.boost":"Charging fast, this once","charging.plan":"Charging by plan","charging.following_sun":"Charging from the sun","charging.minimum_current":"Charging with the minimum","charging.stop_delay":"Too little sun","charging.phase_delay":"Charging","charging.battery_support":"Charging, the home battery helps","charging.fuse_limit":"Charging, limited by the main fuse","charging.circuit_limit":"Charging, limited by its circuit","charging.ceiling":"Charging, limited from outside","charging.peak_limit":"Charging, limited by the peak power","charging.house_battery":"Charging, spares the home battery","charging.probing_car":"Charging shortly, to try the vehicle out","charging.meter_stale":"Charging, the grid meter is silent","waiting.pause_time":"Short pause","waiting.meter_stale":"The grid meter is silent","waiting.waiting_for_car":"Waiting for the vehicle","waiting.waking_car":"Waking the vehicle","waiting.circuit_limit":"Waiting: its circuit is in use","waiting.ceiling":"Waiting: limited from outside","waiting.peak_limit":"Waiting: peak power in use","waiting.house_battery":"Waiting: spares the home battery","until.starts":"starts in {time}","until.starts_at":"starts at {time}","until.pauses":"pauses in {time}","until.pauses_at":"pauses at {time}","until.switches":"switches phases in {time}","until.switches_at":"switches phases at {time}",sentence:"{state}, {until}","mode.manual":"Manual","mode.off":"Off","mode.solar":"Sun","mode.min_solar":"Min + sun","mode.fast":"Fast",charge_mode:"Charge mode",loading:"Loading",no_server:"The integration is not running. Set it up under Settings > Devices & services.",not_allowed:"You may not see this.",no_answer:"Home Assistant does not answer: {error}",try_again:"Try again",close:"Close",cancel:"Cancel",save:"Save"};var y2={...j1,...q1,...K1},B2={...z1,...Q1,...G1},s1={en:y2,de:B2};function w2(L){let C=L.toLowerCase().split(/[-_]/)[0];return C==="de"||C==="gsw"?"de":"en"}function P2(L){let C=s1[w2(L)];return(H,V={})=>((V.count===1?C[`${H}_one`]:void 0)??C[H]??H).replace(/\{(\w+)\}/g,(r,e)=>String(V[e]??""))}function _(L){return P2(L.locale?.language??L.language)}function X1(L){return L in s1.en}var T2={comma_decimal:"en-US",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH"},s="–",c1=class{constructor(C){let{locale:H}=C;this.text=_(C),this.language=F2(H?.language??C.language);let V=H?.number_format??"language";this.numbers=V==="system"?void 0:T2[V]??this.language,this.grouping=V!=="none",this.hour12=H?.time_format==="12"?!0:H?.time_format==="24"?!1:void 0,this.timeZone=H?.time_zone==="server"?C.config.time_zone:void 0}number(C,H=0){return P(C)?new Intl.NumberFormat(this.numbers,{minimumFractionDigits:H,maximumFractionDigits:H,useGrouping:this.grouping}).format(J1(C,H)):s}powerParts(C){return P(C)?Math.abs(C)<995?{value:this.number(Math.round(C/10)*10),unit:"W"}:{value:this.number(C/1e3,1),unit:"kW"}:{value:s,unit:"kW"}}power(C){return C2(this.powerParts(C))}energyParts(C){return{value:this.number(C,P(C)&&Math.abs(C)>=99.95?0:1),unit:"kWh"}}energy(C){return C2(this.energyParts(C))}percent(C){return P(C)?`${this.number(C*100)} %`:s}money(C,H){return P(C)?this.amount(C,H,2):s}price(C,H){return P(C)?`${this.amount(C,H,Math.abs(C)<10?3:2)}/kWh`:s}amount(C,H,V){try{return new Intl.NumberFormat(this.numbers,{style:"currency",currency:H??"",currencyDisplay:"narrowSymbol",minimumFractionDigits:V,maximumFractionDigits:V,useGrouping:this.grouping}).format(J1(C,V))}catch{return`${this.number(C,V)} ${H??""}`.trim()}}time(C){return this.date(C,{hour:this.hour12===!0?"numeric":"2-digit",minute:"2-digit"})}clock(C){let[H,V]=(C??"").split(":").map(Number);return H===void 0||V===void 0||Number.isNaN(H)||Number.isNaN(V)?s:new Intl.DateTimeFormat(this.language,{hour:this.hour12===!0?"numeric":"2-digit",minute:"2-digit",hour12:this.hour12,timeZone:"UTC"}).format(Date.UTC(2e3,0,1,H,V))}day(C){let H=T(C)?.getFullYear()===new Date().getFullYear()?void 0:"numeric";return this.date(C,{weekday:"short",day:"numeric",month:"short",year:H})}dayAndTime(C){return T(C)===null?s:`${this.day(C)}, ${this.time(C)}`}soon(C,H=new Date){let V=T(C);return V===null?s:this.dayKey(V)===this.dayKey(H)?this.time(V):`${this.date(V,{weekday:"short"})} ${this.time(V)}`}date(C,H){let V=T(C);return V===null?s:new Intl.DateTimeFormat(this.language,{...H,...H.hour===void 0?{}:{hour12:this.hour12},timeZone:this.timeZone}).format(V)}dayKey(C){let H=T(C);return H===null?"":new Intl.DateTimeFormat("sv-SE",{year:"numeric",month:"2-digit",day:"2-digit",timeZone:this.timeZone}).format(H)}duration(C){if(!P(C))return s;let H=Math.max(0,Math.round(C/60)),V=Math.floor(H/60);return V===0?`${H} min`:H%60===0||V>=100?`${V} h`:`${V} h ${H%60} min`}countdown(C){let H=Math.max(0,Math.ceil(C));return H<100?`${H} s`:this.duration(H)}weekday(C,H="short"){let V=r1.indexOf(C);return V<0?C:new Intl.DateTimeFormat(this.language,{weekday:H,timeZone:"UTC"}).format(Date.UTC(2e3,0,3+V))}weekdays(C){let H=r1.filter(e=>C.includes(e));if(H.length===7)return this.text("every_day");let[V,M]=[H[0],H.at(-1)];if(V===void 0||M===void 0)return this.text("once");let r=r1.indexOf(M)-r1.indexOf(V)+1;return H.length>2&&r===H.length?`${this.weekday(V)} – ${this.weekday(M)}`:H.map(e=>this.weekday(e)).join(", ")}},r1=["mon","tue","wed","thu","fri","sat","sun"],Y1=new WeakMap;function e1(L){let C=L.locale??L.config,H=Y1.get(C);return H===void 0&&(H=new c1(L),Y1.set(C,H)),H}function P(L){return typeof L=="number"&&Number.isFinite(L)}function J1(L,C){let H=10**C;return Math.round(L*H)/H+0}function C2({value:L,unit:C}){return L===s?L:`${L} ${C}`}function T(L){if(L==null||L==="")return null;let C=L instanceof Date?L:new Date(L);return Number.isNaN(C.getTime())?null:C}function F2(L){try{return Intl.getCanonicalLocales(L)[0]??"en"}catch{return"en"}}function H2(L,C,H=4){let V=Number.isFinite(L)?L:0,M=Number.isFinite(C)&&C>V?C:V+1,r=(M-V)/H,e=10**Math.floor(Math.log10(r)),t=e*([1,2,2.5,5,10].find(a=>a*e>=r*.999)??10),i=Math.floor(V/t+1e-9)*t,A=Math.ceil(M/t-1e-9)*t,o=Array.from({length:Math.round((A-i)/t)+1},(a,m)=>i+m*t);return{start:i,end:A,step:t,ticks:o}}var $=class{constructor(C){this.host=C;this.width=0;C.addController(this)}hostConnected(){this.observer??=new ResizeObserver(([C])=>{let H=Math.round(C?.contentRect.width??0);H===this.width||H===0||(this.width=H,this.host.requestUpdate())}),this.observer.observe(this.host)}hostDisconnected(){this.observer?.disconnect()}};var R2=h`
  :host {
    --ocpp-cs-sun: var(--energy-solar-color, #ff9800);
    --ocpp-cs-grid: var(--energy-grid-consumption-color, #488fc2);
    --ocpp-cs-export: var(--energy-grid-return-color, #8353d1);
    --ocpp-cs-battery: var(--energy-battery-out-color, #4db6ac);
    --ocpp-cs-battery-in: var(--energy-battery-in-color, #f06292);
    --ocpp-cs-charging: var(--success-color, #43a047);
    --ocpp-cs-unknown: var(--disabled-text-color, #9e9e9e);
    --ocpp-cs-line: color-mix(in srgb, var(--primary-text-color, #212121) 12%, transparent);
    --ocpp-cs-soft: color-mix(in srgb, var(--primary-text-color, #212121) 6%, transparent);
    --ocpp-cs-weak: var(--secondary-text-color, #616161);
  }
`,t1=[R2,h`
    :host {
      display: block;
      color: var(--primary-text-color, #212121);
      font-size: 14px;
      line-height: 1.4;
    }
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }
    [hidden] {
      display: none !important;
    }
    .icon {
      inline-size: 1.5em;
      block-size: 1.5em;
      fill: currentcolor;
      flex: none;
    }
    .weak {
      color: var(--ocpp-cs-weak);
    }
    .number {
      font-variant-numeric: tabular-nums;
    }
    /* Heard, not seen. */
    .heard {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    button,
    input,
    select {
      font: inherit;
      color: inherit;
    }
    button {
      cursor: pointer;
      border: none;
      background: none;
      padding: 0;
    }
    button:disabled {
      cursor: default;
      opacity: 0.5;
    }
    :focus {
      outline: none;
    }
    :focus-visible {
      outline: 2px solid var(--primary-color, #03a9f4);
      outline-offset: 2px;
    }
    @media (prefers-reduced-motion: reduce) {
      *,
      *::before,
      *::after {
        animation: none !important;
        transition: none !important;
      }
    }
  `],A3=h`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-block-size: 40px;
    padding: 0 16px;
    border-radius: 20px;
    font-weight: 500;
    background: var(--ocpp-cs-soft);
    transition: background 0.15s;
  }
  .button:hover:enabled {
    background: var(--ocpp-cs-line);
  }
  .button.primary {
    background: var(--primary-text-color, #212121);
    color: var(--card-background-color, #fff);
  }
  .button.primary:hover:enabled {
    opacity: 0.88;
  }
  .segments {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: 1fr;
    gap: 2px;
    padding: 3px;
    border-radius: 14px;
    background: var(--ocpp-cs-soft);
  }
  .segments button {
    min-block-size: 40px;
    min-inline-size: 0;
    padding: 4px 6px;
    border-radius: 11px;
    font-weight: 500;
    line-height: 1.15;
    text-align: center;
    color: var(--ocpp-cs-weak);
    transition:
      background 0.15s,
      color 0.15s;
  }
  .segments button:hover:enabled {
    color: var(--primary-text-color, #212121);
  }
  .segments button[aria-pressed='true'] {
    background: var(--card-background-color, #fff);
    color: var(--primary-text-color, #212121);
    box-shadow: 0 1px 4px rgb(0 0 0 / 18%);
  }
  input[type='time'],
  input[type='number'],
  input[type='date'],
  input[type='text'],
  input[type='search'],
  select {
    min-block-size: 40px;
    padding: 0 10px;
    border: 1px solid var(--ocpp-cs-line);
    border-radius: 10px;
    background: var(--card-background-color, #fff);
    color-scheme: inherit;
  }
  input[type='range'] {
    accent-color: var(--primary-color, #03a9f4);
    min-block-size: 32px;
  }
`;var X=200,i1=12,V2=24,S=class extends Z{constructor(){super(...arguments);this.bars=[];this.unit="kWh";this.isMoney=!1;this.heading="";this.shown=null;this.sized=new $(this)}render(){let{hass:H}=this;if(H===void 0)return d;let V=e1(H),M=_(H),r=Math.max(this.sized.width,200),e=Math.max(0,...this.bars.map(p=>h1(p))),t=H2(0,e),i=Math.max(0,Math.min(2,-Math.floor(Math.log10(t.step)))),A=8+7*Math.max(...t.ticks.map(p=>V.number(p,i).length)),o=(r-A)/Math.max(1,this.bars.length),a=Math.max(2,Math.min(40,o*.68)),m=p=>i1+(X-i1-V2)*(1-p/t.end),l=Math.max(1,...this.bars.map(p=>p.label.length)),f=Math.max(1,Math.ceil((l*7+8)/o));return n`
      <div class="chart">
        <svg
          width=${r}
          height=${X}
          role="group"
          aria-label=${this.heading||M("energy")}
          @pointerleave=${()=>{this.show(null)}}
        >
          ${t.ticks.map(p=>c`
              <line class="tick" x1=${A} x2=${r} y1=${m(p)} y2=${m(p)}></line>
              <text class="axis number" x=${A-6} y=${m(p)+4} text-anchor="end" aria-hidden="true">${V.number(p,i)}</text>
            `)}
          ${this.bars.map((p,x)=>{let R=A+o*(x+.5);return c`
              <g class="bar ${x===this.shown?"shown":""}" role="button" tabindex=${x===(this.shown??this.bars.length-1)?0:-1}
                aria-label=${this.told(p,V)}
                @pointerenter=${()=>{this.show(x)}}
                @focus=${()=>{this.show(x)}}
                @blur=${()=>{this.show(null)}}
                @click=${()=>{this.choose(x)}}
                @keydown=${Y=>{this.key(Y,x)}}>
                <rect class="room" x=${A+o*x} y=${i1} width=${o} height=${X-i1-V2}></rect>
                ${D2(p,R-a/2,a,m)}
                ${x%f===0?c`<text class="axis" x=${R} y=${X-7} text-anchor="middle" aria-hidden="true">${p.label}</text>`:d}
              </g>
            `})}
        </svg>
        ${this.renderTip(V,A,o,r)}
      </div>
    `}renderTip(H,V,M,r){let e=this.shown===null?void 0:this.bars[this.shown];if(e===void 0||this.shown===null)return d;let t=Math.max(90,Math.min(r-90,V+M*(this.shown+.5)));return n`
      <div class="tip" style="left: ${t}px" aria-hidden="true">
        <b>${e.title??e.label}</b>
        ${e.parts.filter(i=>i.value>0).map(i=>n`
              <div class="row">
                <i style="background: ${i.color}"></i><span>${i.label}</span>
                <span class="number">${this.value(i.value,H)}</span>
              </div>
            `)}
        ${e.parts.length>1?n`<div class="row sum"><span></span><span></span><span class="number">${this.value(h1(e),H)}</span></div>`:d}
      </div>
    `}value(H,V){return this.isMoney?V.money(H,this.unit):this.unit==="kWh"?V.energy(H):`${V.number(H,1)} ${this.unit}`}told(H,V){let r=H.parts.filter(e=>e.value>0).map(e=>`${e.label} ${this.value(e.value,V)}`);return[`${H.title??H.label}: ${this.value(h1(H),V)}`,...r].join(", ")}show(H){this.shown=H}choose(H){this.show(H),this.dispatchEvent(new CustomEvent("ocpp-cs-bar-click",{detail:{index:H},bubbles:!0,composed:!0}))}key(H,V){let M={ArrowLeft:V-1,ArrowRight:V+1,Home:0,End:this.bars.length-1}[H.key];if(M!==void 0)this.drawn[Math.max(0,Math.min(this.bars.length-1,M))]?.focus();else if(H.key==="Enter"||H.key===" ")this.choose(V);else return;H.preventDefault()}};S.styles=[...t1,h`
      .chart {
        position: relative;
        min-block-size: ${X}px;
        direction: ltr;
      }
      svg {
        display: block;
        max-inline-size: 100%;
      }
      .tick {
        stroke: var(--ocpp-cs-line);
      }
      .axis {
        fill: var(--ocpp-cs-weak);
        font-size: 12px;
      }
      .room {
        fill: transparent;
      }
      .bar {
        cursor: pointer;
      }
      .bar.shown .room {
        fill: var(--ocpp-cs-soft);
      }
      .bar:focus-visible {
        outline: none;
      }
      .bar:focus-visible .room {
        stroke: var(--primary-color, #03a9f4);
        stroke-width: 2;
      }
      .tip {
        position: absolute;
        inset-block-start: 0;
        transform: translateX(-50%);
        min-inline-size: 150px;
        padding: 8px 10px;
        border-radius: 10px;
        background: var(--card-background-color, #fff);
        box-shadow: 0 2px 12px rgb(0 0 0 / 25%);
        font-size: 12px;
        pointer-events: none;
        z-index: 1;
      }
      .row {
        display: grid;
        grid-template-columns: 10px 1fr auto;
        gap: 6px;
        align-items: center;
      }
      .row i {
        inline-size: 10px;
        block-size: 10px;
        border-radius: 3px;
      }
      .sum {
        font-weight: 600;
      }
    `],v([u({attribute:!1})],S.prototype,"hass",2),v([u({attribute:!1})],S.prototype,"bars",2),v([u()],S.prototype,"unit",2),v([u({type:Boolean,attribute:"is-money"})],S.prototype,"isMoney",2),v([u()],S.prototype,"heading",2),v([I1()],S.prototype,"shown",2),v([U1(".bar")],S.prototype,"drawn",2),S=v([W("ocpp-cs-bars")],S);function h1(L){return L.parts.reduce((C,H)=>C+Math.max(0,H.value),0)}function D2(L,C,H,V){let M=0;return L.parts.filter(r=>r.value>0).map((r,e,t)=>{let i=V(M);M+=r.value;let A=Math.max(1,i-V(M)-(e<t.length-1?1:0)),o=e===t.length-1?Math.min(4,H/3,A):0,a=i-A;return c`<path fill=${r.color}
        d="M${C} ${i}V${a+o}q0 ${-o} ${o} ${-o}h${H-2*o}q${o} 0 ${o} ${o}V${i}z"></path>`})}var L2="M16 20H8V6H16M16.67 4H15V2H9V4H7.33C6.6 4 6 4.6 6 5.33V20.67C6 21.4 6.6 22 7.33 22H16.67C17.41 22 18 21.41 18 20.67V5.33C18 4.6 17.4 4 16.67 4M15 16H9V19H15V16M15 7H9V10H15V7M15 11.5H9V14.5H15V11.5Z",M2="M19.8 16V14.5C19.8 13.1 18.4 12 17 12S14.2 13.1 14.2 14.5V16C13.6 16 13 16.6 13 17.2V20.7C13 21.4 13.6 22 14.2 22H19.7C20.4 22 21 21.4 21 20.8V17.3C21 16.6 20.4 16 19.8 16M18.5 16H15.5V14.5C15.5 13.7 16.2 13.2 17 13.2S18.5 13.7 18.5 14.5V16M11.27 22H5.33C4.6 22 4 21.4 4 20.67V5.33C4 4.6 4.6 4 5.33 4H7V2H13V4H14.67C15.4 4 16 4.6 16 5.33V10.11C13.86 10.55 12.2 12.38 12.2 14.5V14.74C11.5 15.34 11 16.24 11 17.2V20.7C11 21.16 11.1 21.6 11.27 22Z";var r2="M18.92 2C18.72 1.42 18.16 1 17.5 1H6.5C5.84 1 5.29 1.42 5.08 2L3 8V16C3 16.55 3.45 17 4 17H5C5.55 17 6 16.55 6 16V15H18V16C18 16.55 18.45 17 19 17H20C20.55 17 21 16.55 21 16V8L18.92 2M6.5 12C5.67 12 5 11.33 5 10.5S5.67 9 6.5 9 8 9.67 8 10.5 7.33 12 6.5 12M17.5 12C16.67 12 16 11.33 16 10.5S16.67 9 17.5 9 19 9.67 19 10.5 18.33 12 17.5 12M5 7L6.5 2.5H17.5L19 7H5M7 20H11V18L17 21H13V23L7 20Z";var e2="M19.77,7.23L19.78,7.22L16.06,3.5L15,4.56L17.11,6.67C16.17,7.03 15.5,7.93 15.5,9A2.5,2.5 0 0,0 18,11.5C18.36,11.5 18.69,11.42 19,11.29V18.5A1,1 0 0,1 18,19.5A1,1 0 0,1 17,18.5V14A2,2 0 0,0 15,12H14V5A2,2 0 0,0 12,3H6A2,2 0 0,0 4,5V21H14V13.5H15.5V18.5A2.5,2.5 0 0,0 18,21A2.5,2.5 0 0,0 20.5,18.5V9C20.5,8.31 20.22,7.68 19.77,7.23M18,10A1,1 0 0,1 17,9A1,1 0 0,1 18,8A1,1 0 0,1 19,9A1,1 0 0,1 18,10M8,18V13.5H6L10,6V11H12L8,18Z";var t2="M12,3L20,9V21H15V14H9V21H4V9L12,3Z";var i2="M3.33 16H11V13H4L3.33 16M13 16H20.67L20 13H13V16M21.11 18H13V22H22L21.11 18M2 22H11V18H2.89L2 22M11 8H13V11H11V8M15.76 7.21L17.18 5.79L19.3 7.91L17.89 9.33L15.76 7.21M4.71 7.91L6.83 5.79L8.24 7.21L6.12 9.33L4.71 7.91M3 2H6V4H3V2M18 2H21V4H18V2M12 7C14.76 7 17 4.76 17 2H7C7 4.76 9.24 7 12 7Z";var A2="M8.28,5.45L6.5,4.55L7.76,2H16.23L17.5,4.55L15.72,5.44L15,4H9L8.28,5.45M18.62,8H14.09L13.3,5H10.7L9.91,8H5.38L4.1,10.55L5.89,11.44L6.62,10H17.38L18.1,11.45L19.89,10.56L18.62,8M17.77,22H15.7L15.46,21.1L12,15.9L8.53,21.1L8.3,22H6.23L9.12,11H11.19L10.83,12.35L12,14.1L13.16,12.35L12.81,11H14.88L17.77,22M11.4,15L10.5,13.65L9.32,18.13L11.4,15M14.68,18.12L13.5,13.64L12.6,15L14.68,18.12Z";function A1(L){return n`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${L}></path></svg>`}var E2={not_plugged_in:"idle",reserved:"idle",charging:"charging",starting:"charging",paused:"idle",full:"done",ended:"done",out_of_service:"problem",fault:"problem"},W2={start_delay:"starts",pause_time:"starts",waiting_for_sun:"starts",stop_delay:"pauses",phase_delay:"switches"},N2={charging:"charging",starting:"waiting",waiting_for_sun:"waiting",paused_by_charger:"waiting",paused_by_vehicle:"waiting"};function o2({online:L,state:C,reason:H,until:V},M,r,e){if(!L)return{state:M("state.offline"),until:null,untilAt:null,tone:"problem"};if(C===null)return{state:M("state.unknown"),until:null,untilAt:null,tone:"idle"};let t=N2[C],i=[t===void 0||H===null?"":`${t}.${H}`,`state.${C}`].find(X1),A=T(V),o=t===void 0||H===null?void 0:W2[H],a=o!==void 0&&A!==null&&A>e;return{state:i===void 0?C:M(i),until:a?M(`until.${o}`,{time:r.countdown((A.getTime()-e.getTime())/1e3)}):null,untilAt:a?M(`until.${o}_at`,{time:r.time(A)}):null,tone:E2[C]??"waiting"}}var g=20,_2=6,a2=13;function $2(L){let C=Math.max(0,L.solar_w??0),H=Math.max(0,L.battery_w??0),V=Math.max(0,L.grid_w??0),M=Math.max(0,L.home_w??0)+Math.max(0,L.chargers_w??0),r=L.solar_w===null||L.grid_w===null?Math.max(0,M-C-H-V):0,e=C+H+V+r,t=i=>e<g?0:i/e;return{sun:t(C),battery:t(H),grid:t(V),unknown:t(r)}}function I2(L){let C=[],H={...L},V=Object.keys(H).filter(M=>L[M]>0);if(V.length===0)return[];for(;C.length<_2;){let M=V.reduce((r,e)=>H[e]>H[r]?e:r);C.push(M);for(let r of V)H[r]+=L[r];H[M]-=1}return C}var F=class extends Z{constructor(){super(...arguments);this.sized=new $(this)}render(){let{hass:H,server:V}=this,M=this.sized.width;if(H===void 0||V===void 0)return d;let r=_(H),e=e1(H),{house:t,connectors:i}=V,A={x:M/2,y:t.solar_w===null?52:158},o=Math.min(M/2-50,190),a={sun:{x:A.x,y:46},grid:{x:A.x-o,y:A.y},battery:{x:A.x+o,y:A.y}},m=U2(i.length,M,A.y+122),l=$2(t),f=I2(l),p=[];return t.solar_w!==null&&p.push({from:a.sun,to:A,watts:t.solar_w,dots:["sun"]}),t.grid_w!==null&&p.push(t.grid_w>=0?{from:a.grid,to:A,watts:t.grid_w,dots:["grid"]}:{from:A,to:a.grid,watts:-t.grid_w,dots:["export"]}),t.battery_w!==null&&p.push(t.battery_w>=0?{from:a.battery,to:A,watts:t.battery_w,dots:["battery"]}:{from:A,to:a.battery,watts:-t.battery_w,dots:["battery-in"]}),i.forEach((x,R)=>{let Y=m.points[R];Y!==void 0&&p.push({from:A,to:Y,watts:x.power_w??0,dots:f})}),n`
      <div class="flow" role="group" aria-label=${r("flow")} style="block-size: ${m.height}px">
        ${M===0?d:n`
                <svg class="lines" width=${M} height=${m.height} aria-hidden="true">
                  ${p.map(x=>Q2(x))}
                </svg>
                ${this.renderSources(t,a,r,e)} ${G2(t,l,A,r,e)}
                ${i.map((x,R)=>this.renderPlace(x,m.points[R],r,e))}
              `}
      </div>
    `}renderSources(H,V,M,r){let{solar_w:e,grid_w:t,battery_w:i,battery_soc:A}=H,o=this.server?.currency??null;return n`
      ${e===null?d:O1("sun",V.sun,i2,e,M("sun"),null,r)}
      ${t===null?d:O1(t<-g?"export":"grid",V.grid,A2,Math.abs(t),M(t<-g?"grid_export":"grid_import"),H.price===null?null:r.price(H.price,o),r)}
      ${i===null?d:O1(i<-g?"battery-in":"battery",V.battery,H.hold_battery===!0?M2:L2,Math.abs(i),H.hold_battery===!0?M("battery_held"):i<-g?M("battery_charging"):i>g?M("battery_discharging"):M("battery"),A===null?null:r.percent(A/100),r)}
    `}renderPlace(H,V,M,r){if(V===void 0)return d;let e=H.power_w??0,t=o2(H,M,r,new Date),i=this.server?.vehicles.find(({id:o})=>o===H.vehicle_id),A=!H.online||H.state==="not_plugged_in";return n`
      <button
        class="node place ${e>=g?"on":""} ${A?"away":""} ${t.tone}"
        style="inset-inline-start: auto; left: ${V.x}px; top: ${V.y}px"
        @click=${()=>{this.dispatchEvent(new CustomEvent("ocpp-cs-select",{detail:{connector:H},bubbles:!0,composed:!0}))}}
      >
        <span class="circle">
          ${i?.picture?n`<img src=${i.picture} alt="" />`:A1(H.state==="not_plugged_in"||!H.online?e2:r2)}
        </span>
        <span class="label">${H.who.vehicle??H.who.name??H.name}</span>
        <span class="value number">${e>=g?r.power(e):t.state}</span>
        ${H.soc===null?d:n`<span class="detail number">${r.percent(H.soc/100)}</span>`}
      </button>
    `}};F.styles=[...t1,h`
      .flow {
        position: relative;
        /* Places are reckoned from the left, whatever the direction of the text. */
        direction: ltr;
        overflow: hidden;
      }
      .lines {
        position: absolute;
        inset: 0;
      }
      .line {
        fill: none;
        stroke: var(--ocpp-cs-line);
        stroke-width: 2;
      }
      .dots {
        fill: none;
        stroke-width: 5;
        stroke-linecap: round;
        animation: run linear infinite;
      }
      @keyframes run {
        from {
          stroke-dashoffset: var(--start);
        }
        to {
          stroke-dashoffset: var(--end);
        }
      }
      .node {
        position: absolute;
        transform: translate(-50%, -36px);
        inline-size: 104px;
        display: flex;
        flex-direction: column;
        align-items: center;
        text-align: center;
        line-height: 1.25;
        font-size: 12px;
      }
      .circle {
        display: grid;
        place-items: center;
        inline-size: 56px;
        block-size: 56px;
        margin-block: 8px 4px;
        border-radius: 50%;
        border: 2px solid var(--color, var(--ocpp-cs-line));
        background: var(--card-background-color, #fff);
        color: var(--color, var(--ocpp-cs-weak));
        overflow: hidden;
        transition: border-color 0.4s;
      }
      .circle img {
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
      }
      .value {
        font-size: 14px;
        font-weight: 600;
      }
      .label,
      .detail {
        color: var(--ocpp-cs-weak);
        max-inline-size: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .sun {
        --color: var(--ocpp-cs-sun);
      }
      .grid {
        --color: var(--ocpp-cs-grid);
      }
      .export {
        --color: var(--ocpp-cs-export);
      }
      .battery {
        --color: var(--ocpp-cs-battery);
      }
      .battery-in {
        --color: var(--ocpp-cs-battery-in);
      }
      .place {
        border-radius: 12px;
      }
      .place.on {
        --color: var(--ocpp-cs-charging);
      }
      .place.problem {
        --color: var(--error-color, #db4437);
      }
      .place:not(.on) .value {
        font-size: 12px;
        font-weight: 500;
        line-height: 1.2;
      }
      .place.away .circle {
        border-style: dashed;
      }
      .hub {
        transform: translate(-50%, -48px);
      }
      .hub .circle {
        position: relative;
        inline-size: 80px;
        block-size: 80px;
        border: none;
        color: var(--primary-text-color);
      }
      .hub .ring {
        position: absolute;
        inset: 0;
      }
      .hub .icon {
        inline-size: 32px;
        block-size: 32px;
      }
    `],v([u({attribute:!1})],F.prototype,"hass",2),v([u({attribute:!1})],F.prototype,"server",2),F=v([W("ocpp-cs-flow")],F);function U2(L,C,H){let V=Math.max(1,Math.min(L,Math.floor(C/108))),M=Math.ceil(L/V);return{points:Array.from({length:L},(e,t)=>{let i=Math.floor(t/V),A=i===M-1?L-i*V:V,o=Math.min(170,C/A);return{x:C/2+(t%V-(A-1)/2)*o,y:H+i*126}}),height:H+(L===0?-30:M*126-36)}}function O1(L,C,H,V,M,r,e){return n`
    <div class="node ${L}" style="left: ${C.x}px; top: ${C.y}px">
      <span class="circle">${A1(H)}</span>
      <span class="value number">${e.power(V)}</span>
      <span class="label">${M}</span>
      ${r===null?d:n`<span class="detail number">${r}</span>`}
    </div>
  `}function G2(L,C,H,V,M){let e=2*Math.PI*37,t=0,i=["sun","battery","grid","unknown"].map(A=>{let o=c`<circle cx="40" cy="40" r=${37} fill="none" stroke=${`var(--ocpp-cs-${A})`} stroke-width="5"
      stroke-dasharray="${C[A]*e} ${e}" stroke-dashoffset=${-t*e}
      transform="rotate(-90 40 40)"></circle>`;return t+=C[A],C[A]>0?o:d});return n`
    <div class="node hub" style="left: ${H.x}px; top: ${H.y}px">
      <span class="circle">
        <svg class="ring" viewBox="0 0 80 80" aria-hidden="true">
          <circle cx="40" cy="40" r=${37} fill="none" stroke="var(--ocpp-cs-line)" stroke-width="5"></circle>
          ${i}
        </svg>
        ${A1(t2)}
      </span>
      ${L.home_w===null?d:n`<span class="value number">${M.power(L.home_w)}</span>`}
      <span class="label">${V("house")}</span>
    </div>
  `}function Q2({from:L,to:C,watts:H,dots:V}){let M=(L.y+C.y)/2,r=L.x===C.x||L.y===C.y?`M${L.x} ${L.y}L${C.x} ${C.y}`:`M${L.x} ${L.y}C${L.x} ${M+20} ${C.x} ${M-20} ${C.x} ${C.y}`,e=a2*V.length,t=[5,3.6,2.6,1.9,1.4][Math.min(4,Math.floor(H/2200))]??5,i=H<g?[]:[...new Set(V)];return c`
    <path class="line" d=${r}></path>
    ${i.map(A=>z2(V,A).map(o=>c`<path class="dots" d=${r} stroke=${`var(--ocpp-cs-${A})`}
          stroke-dasharray="0.1 ${e-.1}"
          style="--start: ${-o}px; --end: ${-o-e}px; animation-duration: ${t*V.length/3}s"></path>`))}
  `}function z2(L,C){return L.flatMap((H,V)=>H===C?[V*a2]:[])}
/*! Bundled license information:

@lit/reactive-element/css-tag.js:
  (**
   * @license
   * Copyright 2019 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

@lit/reactive-element/reactive-element.js:
lit-html/lit-html.js:
lit-element/lit-element.js:
@lit/reactive-element/decorators/custom-element.js:
@lit/reactive-element/decorators/property.js:
@lit/reactive-element/decorators/state.js:
@lit/reactive-element/decorators/event-options.js:
@lit/reactive-element/decorators/base.js:
@lit/reactive-element/decorators/query.js:
@lit/reactive-element/decorators/query-all.js:
@lit/reactive-element/decorators/query-async.js:
@lit/reactive-element/decorators/query-assigned-nodes.js:
  (**
   * @license
   * Copyright 2017 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/is-server.js:
  (**
   * @license
   * Copyright 2022 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

@lit/reactive-element/decorators/query-assigned-elements.js:
  (**
   * @license
   * Copyright 2021 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)
*/
